"use strict";
// Goes through the events that the page holds. Every text is set as text, never as markup.
const rows = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const SHOWN = 200;

function item(mark, text, note) {
  const line = document.createElement("li");
  const head = document.createElement("b");
  head.textContent = `${mark} `;
  line.append(head, text);
  if (note) {
    const small = document.createElement("span");
    small.className = "evidence";
    small.textContent = note;
    line.append(small);
  }
  return line;
}

function row(one) {
  const line = item(`${one.seq}. ${one.kind}`, new Date(one.at * 1000).toLocaleTimeString());
  const body = document.createElement("pre");
  body.textContent = one.body;
  line.append(body);
  return line;
}

function last(name, place) {
  for (let n = place - 1; n >= 0; n--) if (rows[n][name]) return rows[n][name];
  return [];
}

function show(place) {
  const [steps, mostSteps, tokens, mostTokens, cost] = rows[place - 1].meters;
  at("seq").textContent = `${place} of ${rows.length}`;
  at("meters").textContent =
    `${steps} of ${mostSteps} steps · ${tokens.toLocaleString()} of ` +
    `${mostTokens.toLocaleString()} tokens · $${cost.toFixed(4)}`;
  at("criteria").replaceChildren(...last("criteria", place).map((one) => item(...one)));
  at("plan").replaceChildren(...last("plan", place).map((one) => item(...one)));
  const shown = rows.slice(Math.max(0, place - SHOWN), place).reverse();
  at("rows").replaceChildren(...shown.map(row));
}

if (rows.length) {
  at("place").max = String(rows.length);
  at("place").value = String(rows.length);
  at("place").addEventListener("input", (event) => show(Number(event.target.value)));
  show(rows.length);
  at("replay").hidden = false;
}
