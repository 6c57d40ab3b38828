// The sliders of a model: one run in flight, the newest next, so that the curves follow the hand.
import { reach, tell } from './send.js'

const id = document.getElementById('model').dataset.id
const values = document.getElementById('values')
const sliders = [...values.querySelectorAll('.wb-slider')]

/** What differs from the values that the model came with. */
function settings() {
  const moved = sliders.map((slider) => [slider.dataset.name, slider.querySelector('[type=number]')])
  return Object.fromEntries(moved.filter(([, field]) => field.value !== field.dataset.start).map(([name, field]) => [name, Number(field.value)]))
}

function asked() {
  const outputs = [...document.querySelectorAll('#outputs :checked')].map((tick) => tick.value)
  return { settings: settings(), until: Number(document.getElementById('until').value), outputs }
}

const post = (address) => reach(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(asked()) })

/** The sliders have names of their own: a place in what was sent says nothing more. */
const nameless = (problems) => problems.map((problem) => ({ ...problem, where: '', expected: [] }))

let running = false
let again = false
async function draw() {
  if (running) { again = true; return }
  running = true
  const { ok, problems, answer } = await post(`/models/${id}/draw`)
  if (ok) {
    const open = document.querySelector('#figure details')?.open
    document.getElementById('figure').innerHTML = await answer.text()
    if (open) document.querySelector('#figure details').open = true
  }
  tell(nameless(problems), document.getElementById('problems'))
  running = false
  if (again) { again = false; draw() }
}

sliders.forEach((slider) => {
  const [number, range] = slider.querySelectorAll('input')
  range.addEventListener('input', () => { number.value = range.value; draw() })
  number.addEventListener('input', () => { range.value = number.value; draw() })
})
document.getElementById('until').addEventListener('input', draw)
document.getElementById('outputs').addEventListener('change', draw)
document.getElementById('find').addEventListener('input', (event) => {
  const wanted = event.target.value.toLowerCase()
  sliders.forEach((slider) => { slider.hidden = !slider.dataset.name.toLowerCase().includes(wanted) })
})
document.getElementById('reset').addEventListener('click', () => {
  sliders.forEach((slider) => {
    const [number, range] = slider.querySelectorAll('input')
    number.value = number.dataset.start
    range.value = number.dataset.start
  })
  draw()
})
document.getElementById('csv').addEventListener('click', async () => {
  const { ok, problems, answer } = await post(`/api/models/${id}/table.csv`)
  tell(nameless(problems), document.getElementById('problems'))
  if (!ok) return
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = 'table.csv'
  link.click()
  URL.revokeObjectURL(link.href)
})
values.addEventListener('submit', (event) => event.preventDefault())
draw()
