import { inLanguage } from "./language.mjs";

const lowest = [20, 19];

/** Ends the process, saying why, when Node is older than the product needs. */
export function refuseOldNode() {
  if (isSupported(process.versions.node)) return;
  const found = process.versions.node;
  const needed = lowest.join(".");
  console.error(
    inLanguage({
      ko:
        "지킴이는 Node.js " +
        needed +
        " 이상에서 동작합니다. 지금은 " +
        found +
        "입니다.\nNode.js 24 LTS를 설치한 뒤 다시 실행해 주십시오: https://nodejs.org",
      en:
        "Jikimi needs Node.js " +
        needed +
        " or newer; this is " +
        found +
        ".\nInstall Node.js 24 LTS and run the command again: https://nodejs.org",
    }),
  );
  process.exit(1);
}

/** @param {string} version such as "20.19.4" */
export function isSupported(version) {
  const parts = version.split(".").map(Number);
  return parts[0] > lowest[0] || (parts[0] === lowest[0] && parts[1] >= lowest[1]);
}
