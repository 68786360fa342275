/** The documentation's pages are complete without this: it shows the buttons that copy a block of code. */

const COPIED_MS = 2_000;

function copies(figure: HTMLElement, button: HTMLButtonElement): void {
  const said = button.textContent;
  button.hidden = false;
  button.onclick = async () => {
    await navigator.clipboard.writeText(figure.querySelector('pre')?.textContent ?? '');
    button.textContent = button.dataset.copied ?? said;
    setTimeout(() => (button.textContent = said), COPIED_MS);
  };
}

// A page that came by plain HTTP from another host has no clipboard.
if (navigator.clipboard) {
  for (const figure of document.querySelectorAll<HTMLElement>('figure.listing')) {
    const button = figure.querySelector('button');
    if (button) {
      copies(figure, button);
    }
  }
}
