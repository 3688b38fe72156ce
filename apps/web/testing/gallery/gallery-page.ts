import type { Look } from "../browser.ts";

export type Picture = Look & {
  readonly screen: string;
  readonly file: string;
  /** What a person sees before scrolling, in CSS pixels from the top. */
  readonly foldPx: number;
};

/** One file without anything from elsewhere: ← → between pictures, and a choice for each way of looking. */
export function galleryPage(pictures: readonly Picture[]): string {
  const data = JSON.stringify(pictures).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="ko">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>지킴이 · Jikimi</title>
<style>${style}</style>
<header>
  <select id="screen" aria-label="화면 · Screen"></select>
  <span id="choices"></span>
  <span id="count"></span>
  <small>← →  그림 · pictures   L 언어 · language   T 밝기 · theme   S 크기 · size   F 맞춤 · fit</small>
</header>
<main><figure><img id="picture" alt=""><i id="fold"></i></figure></main>
<script>const pictures = ${data};${script}</script>
</html>
`;
}

const style = `
* { box-sizing: border-box }
body { margin: 0; background: #777; font: 15px/1.5 system-ui, sans-serif; color: #111 }
header { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center;
  padding: .5rem 1rem; background: #fff }
select, button { font: inherit; padding: .25rem .6rem }
button[aria-pressed=true] { background: #1c6f77; color: #fff; border-color: #1c6f77 }
#choices span { margin-right: .75rem }
small { margin-left: auto; color: #555; white-space: pre-wrap }
figure { position: relative; width: max-content; margin: 1rem auto }
.fit figure { width: auto; max-width: calc(100vw - 2rem) }
img { display: block; box-shadow: 0 2px 24px #0006 }
.fit img { max-width: 100%; margin: auto }
#fold { position: absolute; left: -1rem; right: -1rem; border-top: 1px dashed #ffe08a; pointer-events: none }
.fit #fold { display: none }
`;

const script = `
const ways = { language: ["ko", "en"], size: ["1440", "1280", "390", "zoomed"], theme: ["light", "dark"] };
const titles = { ko: "한국어", en: "English", light: "밝게 · light", dark: "어둡게 · dark",
  1440: "1440", 1280: "1280 × 720", 390: "390", zoomed: "200 %" };
const names = [...new Set(pictures.map(({ screen }) => screen))];
const by = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.hash.slice(1));
const look = { screen: asked.get("screen") ?? names[0] };
for (const way of Object.keys(ways)) {
  ways[way] = ways[way].filter((value) => pictures.some((picture) => picture[way] === value));
  look[way] = ways[way].includes(asked.get(way)) ? asked.get(way) : ways[way][0];
}
if (!names.includes(look.screen)) look.screen = names[0];
by("screen").append(...names.map((name) => new Option(name)));
by("screen").onchange = () => { look.screen = by("screen").value; by("screen").blur(); show(); };
for (const [way, values] of Object.entries(ways)) {
  const group = document.createElement("span");
  for (const value of values) {
    const button = document.createElement("button");
    Object.assign(button, { textContent: titles[value], onclick: () => { look[way] = value; show(); } });
    Object.assign(button.dataset, { way, value });
    group.append(button);
  }
  by("choices").append(group);
}
const next = (values, value, step) => values[(values.indexOf(value) + step + values.length) % values.length];
function show() {
  const picture = pictures.find((one) => Object.keys(look).every((key) => one[key] === look[key]));
  by("picture").hidden = picture === undefined;
  if (picture !== undefined) {
    by("picture").src = encodeURIComponent(picture.file);
    by("picture").alt = picture.file;
    by("fold").style.top = picture.foldPx + "px";
  }
  by("screen").value = look.screen;
  by("count").textContent = names.indexOf(look.screen) + 1 + " / " + names.length;
  for (const button of document.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(look[button.dataset.way] === button.dataset.value));
  }
  history.replaceState(null, "", "#" + new URLSearchParams(look));
}
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const way = { l: "language", t: "theme", s: "size" }[event.key.toLowerCase()];
  if (event.key === "ArrowRight") look.screen = next(names, look.screen, 1);
  else if (event.key === "ArrowLeft") look.screen = next(names, look.screen, -1);
  else if (event.key.toLowerCase() === "f") document.body.classList.toggle("fit");
  else if (way !== undefined) look[way] = next(ways[way], look[way], 1);
  else return;
  event.preventDefault();
  show();
});
show();
`;
