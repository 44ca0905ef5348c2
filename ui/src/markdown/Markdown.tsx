/** Markdown as elements, never as HTML: whatever a model wrote, it is text. Blocks that stay the same are not rendered again. */
import { memo, useMemo, type ReactNode } from "react";

import { isSafe, parse, type Block, type Inline } from "./parse";

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => parse(text), [text]);
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        <Part key={index} block={block} />
      ))}
    </div>
  );
});

const Part = memo(
  function Part({ block }: { block: Block }): ReactNode {
    switch (block.type) {
      case "heading": {
        const Heading = `h${Math.min(6, block.level + 1)}` as "h2";
        return <Heading>{words(block.inside)}</Heading>;
      }
      case "paragraph":
        return <p>{words(block.inside)}</p>;
      case "code":
        return (
          <pre tabIndex={0}>
            <code>{block.text}</code>
          </pre>
        );
      case "quote":
        return (
          <blockquote>
            {block.blocks.map((one, index) => (
              <Part key={index} block={one} />
            ))}
          </blockquote>
        );
      case "list": {
        const items = block.items.map((item, index) => <li key={index}>{inItem(item)}</li>);
        return block.start === null ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
      }
      case "table":
        return (
          <div className="wide" tabIndex={0} role="group">
            <table>
              <thead>
                <tr>
                  {block.head.map((cell, index) => (
                    <th key={index} scope="col">
                      {words(cell)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {block.rows.map((row, index) => (
                  <tr key={index}>
                    {row.map((cell, column) => (
                      <td key={column}>{words(cell)}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        );
      case "rule":
        return <hr />;
    }
  },
  (before, after) => JSON.stringify(before.block) === JSON.stringify(after.block),
);

/** A single paragraph in a list needs no room of its own. */
function inItem(blocks: Block[]): ReactNode {
  return blocks.map((block, index) =>
    index === 0 && block.type === "paragraph" ? (
      <span key={index}>{words(block.inside)}</span>
    ) : (
      <Part key={index} block={block} />
    ),
  );
}

function words(parts: Inline[]): ReactNode {
  return parts.map((part, index) => {
    switch (part.type) {
      case "text":
        return part.text;
      case "code":
        return <code key={index}>{part.text}</code>;
      case "strong":
        return <strong key={index}>{words(part.inside)}</strong>;
      case "em":
        return <em key={index}>{words(part.inside)}</em>;
      case "del":
        return <del key={index}>{words(part.inside)}</del>;
      case "link":
        return isSafe(part.to) ? (
          <a key={index} href={part.to} target="_blank" rel="noreferrer noopener">
            {words(part.inside)}
          </a>
        ) : (
          <span key={index}>
            {words(part.inside)} <code>{part.to}</code>
          </span>
        );
    }
  });
}
