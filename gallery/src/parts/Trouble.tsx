/** What went wrong, and a way to try again. */

export function Trouble({ words, again }: { words: string; again: () => void }) {
  return (
    <div class="trouble">
      <p class="problem" role="alert">{words}</p>
      <button class="button" type="button" onClick={again}>Try again</button>
    </div>
  );
}
