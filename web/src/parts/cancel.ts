/** A picture that leaves the page is not waited for any more: its file may be gone with it. */
export const cancelled = (image: HTMLImageElement) => ({ destroy: () => image.removeAttribute('src') });
