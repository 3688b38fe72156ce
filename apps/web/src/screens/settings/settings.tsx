export function Settings() {
  return <main>settings</main>;
}
