// A finished trial: the outcome and the day that are shown, and a way to delete it.
import { forgets } from './forget.js'
import { reach, tell } from './send.js'

const shown = document.getElementById('shown')
const id = shown.dataset.id

let asked = 0
shown.addEventListener('change', async () => {
  const query = new URLSearchParams(new FormData(shown))
  const mine = ++asked
  const { ok, problems, answer } = await reach(`/trials/${id}/figures?${query}`)
  const html = ok && await answer.text()
  if (mine !== asked) return
  tell(problems)
  if (!ok) return
  document.getElementById('figures').innerHTML = html
  history.replaceState(null, '', `?${query}`)
})
forgets(document.getElementById('delete'), id)
