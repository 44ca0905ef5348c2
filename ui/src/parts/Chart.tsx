/** Lines over an axis that begins at nothing. What they say is said in words too. */

export interface Line {
  name: string;
  tone: "accent" | "good" | "busy";
  points: [x: number, y: number][];
}

interface ChartOf {
  title: string;
  /** The end of it, in words. */
  said: string;
  lines: Line[];
  x: (value: number) => string;
  y: (value: number) => string;
  /** Top of the axis; without it, the highest point. */
  top?: number;
}

const WIDTH = 400;
const HEIGHT = 120;

export function Chart({ title, said, lines, x, y, top }: ChartOf) {
  const all = lines.flatMap((line) => line.points);
  const right = Math.max(...all.map((point) => point[0]), 0) || 1;
  const high = (top ?? Math.max(...all.map((point) => point[1]), 0)) || 1;
  const place = ([px, py]: [number, number]) =>
    [(px / right) * WIDTH, HEIGHT - (py / high) * HEIGHT] as const;
  const path = (points: [number, number][]) =>
    points
      .map(place)
      .map(([px, py], index) => (index ? `H${px.toFixed(1)}V${py.toFixed(1)}` : `M0,${py.toFixed(1)}`))
      .join("");
  return (
    <figure className="chart card">
      <figcaption>
        <h2>{title}</h2>
        <span>{said}</span>
      </figcaption>
      <div className="plot" aria-hidden="true">
        <span className="soft">{y(high)}</span>
        <svg viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} preserveAspectRatio="none">
          <path className="rule" d={`M0,0H${WIDTH}M0,${HEIGHT / 2}H${WIDTH}M0,${HEIGHT}H${WIDTH}`} />
          {lines.map((line) => (
            <path key={line.name} className={`line ${line.tone}`} d={path(line.points) + `H${WIDTH}`} />
          ))}
        </svg>
        <span className="soft ends">
          <span>{x(0)}</span>
          <span>{x(right)}</span>
        </span>
        {lines.length > 1 && (
          <span className="legend soft">
            {lines.map((line) => (
              <span key={line.name} className={line.tone}>
                {line.name}
              </span>
            ))}
          </span>
        )}
      </div>
    </figure>
  );
}
