const key = "jikimi.tab";

/**
 * A name for this tab that outlives a reload. A duplicated tab copies the name with its session storage; the lock
 * tells the copy, which then takes a name of its own. Without locks (plain HTTP) the name is kept as it is.
 */
export async function nameTab(): Promise<string> {
  const known = sessionStorage.getItem(key);
  if (known !== null && (await claim(known))) return known;
  const made = [...crypto.getRandomValues(new Uint8Array(8))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  sessionStorage.setItem(key, made);
  await claim(made);
  return made;
}

/** Holds the name until the tab is gone. A page that reloads may have to wait a moment for what it was before. */
function claim(name: string): Promise<boolean> {
  if (navigator.locks === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks
      .request(`${key}.${name}`, { signal: AbortSignal.timeout(400) }, () => {
        resolve(true);
        return new Promise<void>(() => {});
      })
      .catch(() => resolve(false));
  });
}
