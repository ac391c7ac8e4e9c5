/** saveFile hands text to the browser as a download. */
export const saveFile = (name: string, type: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // The browser reads the blob after the click returns; a minute is more than it needs.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};
