export default function Page() {
  return <main className="bg-panel text-dim rounded-3 text-12 shadow-float h-(--row)">hi</main>
}
