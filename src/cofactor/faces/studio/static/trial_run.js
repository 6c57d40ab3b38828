// A trial while it waits or runs: how far it is, and a way to stop it. Once it is over the page is asked for anew.
import { forgets } from './forget.js'
import { once, reach, send, tell } from './send.js'

const run = document.getElementById('run')
const id = run.dataset.id
const EVERY = 300 // ms
const LATER = 3000 // ms after no answer: the trial may still run
let leaving = false

function anew() { // once: who looks and who cancels may both hear that it is over, and a second one breaks off the first
  if (!leaving) location.reload()
  leaving = true
}

async function look() {
  const { ok, problems, answer } = await reach(`/trials/${id}/far`)
  tell(problems)
  if (!ok) return setTimeout(look, LATER)
  const now = await answer.json()
  if (now.over) return anew()
  document.getElementById('far').textContent = now.said
  document.getElementById('bar').value = now.done
  return setTimeout(look, EVERY)
}

document.getElementById('cancel')?.addEventListener('click', (event) => once(event.target, async () => {
  const answer = await send(`/api/trials/${id}/cancel`, {})
  if (answer.ok) anew()
  else tell(answer.problems)
  return answer.ok
}))
if (!run.dataset.over) look()
forgets(document.getElementById('delete'), id)
