import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app";
import { setTheme, theme } from "./theme";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/run.css";

setTheme(theme());
createRoot(document.getElementById("page")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
