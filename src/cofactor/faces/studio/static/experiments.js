// Experiments of the ledger, run when asked for: one, or all in turn. Leaving the page ends the turn.
import { reach, tell as say } from './send.js'

const all = document.getElementById('run-all')
const bar = document.getElementById('ran')
const count = document.getElementById('ran-count')

const waiting = () => [...document.querySelectorAll('[data-run]')]

function tell() {
  bar.value = bar.max - waiting().length
  count.textContent = count.dataset.said.replace('{done}', bar.value)
}

async function run(button) {
  button.disabled = true
  const { ok, problems, answer } = await reach(`/evidence/${button.dataset.run}/run`, { method: 'POST' })
  say(problems)
  if (!ok) {
    button.disabled = false
    return false
  }
  const made = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('.claim')
  const old = button.closest('.claim')
  const focused = old.contains(document.activeElement)
  old.replaceChildren(...made.childNodes)
  if (focused) old.querySelector('.id a').focus()
  tell()
  return true
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-run]')
  if (button) run(button)
})
all.addEventListener('click', async () => {
  all.disabled = true
  for (const button of waiting()) if (!await run(button)) break
  all.disabled = false
  if (!waiting().length) location.reload() // the questions above show their figures too
})
tell()
