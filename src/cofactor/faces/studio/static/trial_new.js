// The form of a trial: the server writes the trial file from its fields as they change, and says what is wrong beside each.
import { COLON, once, send, sentence } from './send.js'

const form = document.getElementById('trial-form')
const fields = document.getElementById('fields')
const SOON = 250 // ms after the last key
const MOST_EXPECTED = 8 // of what may stand in a place

const pairs = () => [...new FormData(form)].filter(([, value]) => typeof value === 'string')

let asked = 0
async function check() {
  const mine = ++asked
  const answer = await send('/trials/check', { pairs: pairs() })
  if (mine !== asked) return
  if (answer.text) document.getElementById('written').textContent = answer.text
  document.getElementById('size').textContent = answer.said ?? ''
  show(answer.problems)
}

let timer
function soon() {
  clearTimeout(timer)
  timer = setTimeout(check, SOON)
}

/** The field that a place of the file belongs to: of that name, the first below it, or the nearest around it. */
function fieldOf(where) {
  const named = [...fields.querySelectorAll('input[name], select[name]')].map((field) => [field.name.replace('[]', ''), field])
  const exact = named.find(([name]) => name === where)
  const below = named.find(([name]) => name.startsWith(`${where}.`) || name.startsWith(`${where}[`))
  const around = named.filter(([name]) => where.startsWith(`${name}.`) || where.startsWith(`${name}[`)).pop()
  return (exact ?? below ?? around)?.[1]
}

function show(problems) {
  form.querySelectorAll('.problem').forEach((old) => old.remove())
  form.querySelectorAll('[aria-invalid]').forEach((field) => { field.removeAttribute('aria-invalid'); field.removeAttribute('aria-describedby') })
  const elsewhere = document.getElementById('elsewhere')
  problems.forEach((problem, i) => {
    const said = document.createElement('p')
    said.className = 'problem'
    said.id = `problem-${i}`
    const field = fieldOf(problem.where)
    said.textContent = `${field || !problem.where ? '' : `${problem.where}${COLON}`}${sentence(problem, MOST_EXPECTED)}`
    if (!field) return elsewhere.append(said)
    field.setAttribute('aria-invalid', 'true')
    field.setAttribute('aria-describedby', said.id)
    field.closest('.field, .wb-ticks').append(said)
    for (let around = field.closest('details'); around; around = around.parentElement.closest('details')) around.open = true
  })
}

async function change(values) {
  const answer = await send('/trials/form', values)
  if (!answer.ok) return show(answer.problems)
  fields.innerHTML = answer.html
  document.getElementById(answer.focus)?.focus()
  check()
}

form.addEventListener('input', (event) => { if (event.target.id !== 'open') soon() })
form.addEventListener('click', (event) => {
  const act = event.target.closest('[data-act]')?.dataset.act
  if (act) change({ pairs: pairs(), act })
})
document.getElementById('open').addEventListener('change', async (event) => {
  const file = event.target.files[0]
  if (file) await change({ text: await file.text() })
  event.target.value = ''
})
document.getElementById('save').addEventListener('click', () => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([document.getElementById('written').textContent], { type: 'application/yaml' }))
  link.download = 'trial.yaml'
  link.click()
  URL.revokeObjectURL(link.href)
})
form.addEventListener('submit', (event) => {
  event.preventDefault()
  once(document.getElementById('begin'), async () => {
    clearTimeout(timer)
    asked += 1
    const answer = await send('/trials/begin', { pairs: pairs() })
    if (answer.location) location.assign(answer.location)
    else {
      show(answer.problems)
      form.querySelector('[aria-invalid]')?.focus()
    }
    return Boolean(answer.location)
  })
})
check()
