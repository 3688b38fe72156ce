export type Wave = { readonly caller: readonly number[]; readonly agent: readonly number[] };

const barPx = 2;
const gapPx = 1;

/** Two lanes of bars in the page's colours; what was played is in the accent. `share` is 0 to 1. */
export function drawWave(canvas: HTMLCanvasElement, wave: Wave | null, share: number): void {
  const scale = window.devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0) return;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const [played, ahead, line] = ["--jk-accent", "--jk-line-strong", "--jk-line"].map((name) =>
    style.getPropertyValue(name),
  );
  const laneHeight = height / 2;
  const bars = Math.floor(width / (barPx + gapPx));
  for (const [lane, peaks] of [wave?.caller ?? [], wave?.agent ?? []].entries()) {
    const middle = laneHeight * (lane + 0.5);
    context.fillStyle = line ?? "";
    context.fillRect(0, middle, width, 1);
    if (peaks.length === 0) continue;
    for (let bar = 0; bar < bars; bar += 1) {
      const from = Math.floor((bar / bars) * peaks.length);
      const to = Math.max(from + 1, Math.floor(((bar + 1) / bars) * peaks.length));
      let loudest = 0;
      for (let index = from; index < to; index += 1) loudest = Math.max(loudest, peaks[index] ?? 0);
      const size = Math.max(1, Math.sqrt(loudest) * (laneHeight - 6));
      context.fillStyle = (bar / bars < share ? played : ahead) ?? "";
      context.fillRect(bar * (barPx + gapPx), middle - size / 2, barPx, size);
    }
  }
}
