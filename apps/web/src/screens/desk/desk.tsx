export function Desk() {
  return <main>desk</main>;
}
