export function FirstRun() {
  return <main>first-run</main>;
}
