// Dragging by pointer, the same for shifts and stays; a click that hardly moves is no drag.
const ENOUGH = 5;

/**
 * Follow a pointer from its press until it is let go.
 *
 * `label` is shown beside the pointer, `over` hears each element below it, `drop` the last one. Escape ends it.
 */
export function drag(
  event: PointerEvent,
  label: string,
  over: (below: Element | null) => void,
  drop: (below: Element) => void,
): void {
  if (event.button !== 0 || event.pointerType === "touch") return;
  const began = [event.clientX, event.clientY] as const;
  let ghost: HTMLElement | null = null;

  const move = (now: PointerEvent): void => {
    if (ghost === null) {
      if (Math.hypot(now.clientX - began[0], now.clientY - began[1]) < ENOUGH) return;
      ghost = document.createElement("div");
      ghost.className = "ghost";
      ghost.textContent = label;
      document.body.append(ghost);
    }
    ghost.style.transform = `translate(${now.clientX + 8}px, ${now.clientY + 8}px)`;
    over(document.elementFromPoint(now.clientX, now.clientY));
  };
  const end = (now: PointerEvent | null): void => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
    removeEventListener("keydown", escape);
    over(null);
    const dragged = ghost !== null;
    ghost?.remove();
    const below = now === null ? null : document.elementFromPoint(now.clientX, now.clientY);
    if (dragged && below !== null) drop(below);
  };
  const escape = (key: KeyboardEvent): void => {
    if (key.key === "Escape") end(null);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
  addEventListener("keydown", escape);
}
