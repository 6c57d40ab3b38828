// The picture of the system: it follows sliders and time, and its arrows open by pointer, keyboard, or from the list.
import { reach } from './send.js'
import { ask, begin, query, refuse } from './sliders.js'

const live = document.getElementById('live')
const picture = document.getElementById('picture')
const panel = document.getElementById('arrow')
const day = document.getElementById('day')

function show(found) {
  const at = picture.contains(document.activeElement) ? document.activeElement.dataset.arrow : null
  picture.innerHTML = found.picture
  if (at) picture.querySelector(`[data-arrow="${at}"]`)?.focus()
  day.setAttribute('aria-valuetext', found.day)
  document.getElementById('day-shown').textContent = found.day
}

async function open(arrow) {
  const found = await reach(`${live.dataset.open}${arrow}?${query()}`)
  if (!found.ok) return refuse(found)
  document.getElementById('arrow-body').innerHTML = await found.answer.text()
  return panel.showModal()
}

const of = (event) => event.target.closest('[data-arrow]')?.dataset.arrow
document.addEventListener('click', (event) => {
  if (of(event)) open(of(event))
  else if (event.target === panel || event.target.closest('[data-close]')) panel.close()
})
picture.addEventListener('keydown', (event) => {
  if (!of(event) || !['Enter', ' '].includes(event.key)) return
  event.preventDefault()
  open(of(event))
})

day.addEventListener('input', ask)
document.querySelectorAll('[name=colour]').forEach((choice) => {
  choice.addEventListener('change', () => { picture.classList.toggle('by-change', choice.value === 'change') })
})

begin({ show })
