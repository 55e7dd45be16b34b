/** The few signs that the page uses, drawn with one pen. */

const PATHS = {
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  down: "M12 4v12m-5-5 5 5 5-5M5 20h14",
  bin: "M4 7h16M9 7V4h6v3m-8 0 1 13h8l1-13M10 11v6m4-6v6",
  retry: "M5 12a7 7 0 1 0 2.2-5.1M5 4v4h4",
  refused: "M12 8v5m0 3.2v.3M12 3l10 18H2z",
  sliders: "M4 8h10m4 0h2M4 16h2m4 0h10M14 5.5v5M10 13.5v5",
  folder: "M3 6h6l2 2.5h10V19H3z",
  question: "M12 3a9 9 0 1 1 0 18a9 9 0 0 1 0-18M9.5 9.6a2.5 2.5 0 1 1 3.7 2.2c-.8.5-1.2 1-1.2 1.9m0 2.4v.2",
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
