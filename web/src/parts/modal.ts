// A dialog keeps the focus while it is open, is closed by Escape, and gives the focus back to what had it before. Of
// several over one another only the uppermost has the keys.
const reached = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex="-1"])';
interface Opened { node: HTMLElement; before: Element[] }
const open: Opened[] = [];

function turn(node: HTMLElement, event: KeyboardEvent) {
  const all = [...node.querySelectorAll<HTMLElement>(reached)].filter((one) => one.tabIndex >= 0 && one.getClientRects().length > 0);
  const [first, last] = [all[0], all.at(-1)];
  const at = document.activeElement;
  if (!first || !last || (at !== (event.shiftKey ? first : last) && at !== node && node.contains(at))) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}

/** To be called when the dialog's component is made: before anything in it takes the focus. */
export function modal(close: () => void): (node: HTMLElement) => { destroy: () => void } {
  const from = document.activeElement;
  // One dialog that another takes the place of is gone when that one closes: then what had the focus before both.
  const under = open.find((one) => one.node.contains(from));
  const before = [...(from ? [from] : []), ...(under?.before ?? [])];
  return (node) => {
    const mine = { node, before };
    const onkeydown = (event: KeyboardEvent) => {
      if (open.at(-1) !== mine) return;
      if (event.key === 'Tab') turn(node, event);
      if (event.key !== 'Escape') return;
      event.stopImmediatePropagation(); // the one below it stays
      close();
    };
    open.push(mine);
    addEventListener('keydown', onkeydown);
    return {
      destroy: () => {
        removeEventListener('keydown', onkeydown);
        open.splice(open.indexOf(mine), 1);
        const back = before.find((one) => one instanceof HTMLElement && one.isConnected);
        if (back instanceof HTMLElement && (open.length === 0 || open.some((one) => one.node.contains(back)))) back.focus();
      },
    };
  };
}
