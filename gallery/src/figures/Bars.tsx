/** Shares as lying bars: the words are in the page, the bar is only for the eye. */

interface Bar {
  name: string;
  value: number;
  words: string;
  bad?: boolean;
  href?: string;
}

const MOST = 12;

export function Bars({ bars }: { bars: Bar[] }) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const sorted = [...bars].sort((a, b) => b.value - a.value);
  return (
    <ul class="bars" role="list">
      {sorted.slice(0, MOST).map(({ name, value, words, bad, href }) => (
        <li key={name} class={bad ? "bad" : undefined}>
          <span class="what">{href ? <a href={href}>{name}</a> : name}</span>
          <span class="track" aria-hidden="true"><i style={{ transform: `scaleX(${value / most})` }} /></span>
          <span class="much">{words}</span>
        </li>
      ))}
      {sorted.length > MOST && <li class="small">and {sorted.length - MOST} more, in the table</li>}
    </ul>
  );
}
