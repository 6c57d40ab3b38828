// A trial while it waits or runs: how far it is, and a way to stop it. Once it is over the page is asked for anew.
import { forgets } from './forget.js'
import { send } from './send.js'

const run = document.getElementById('run')
const id = run.dataset.id
const EVERY = 300 // ms

async function look() {
  const answer = await fetch(`/trials/${id}/far`)
  if (!answer.ok) return
  const now = await answer.json()
  if (now.over) return location.reload()
  document.getElementById('far').textContent = now.said
  document.getElementById('bar').value = now.done
  setTimeout(look, EVERY)
}

document.getElementById('cancel')?.addEventListener('click', async (event) => {
  event.target.disabled = true
  await send(`/api/trials/${id}/cancel`, {})
  location.reload()
})
if (!run.dataset.over) look()
forgets(document.getElementById('delete'), id)
