// The desk: every change is checked by the server and read back; saving adds a version of the case.
import { caseOf } from './case-values.js'
import { suggest } from './find.js'
import { bringLabs } from './labs.js'
import { addRow, growRows } from './rows.js'
import { once, send, showProblems } from './send.js'
import { towns } from './town.js'

const WAIT = 350 // ms after the last key
const BUSY = 429
const LATER = 1500 // ms after which a busy server is asked again
const form = document.getElementById('desk')
const options = JSON.parse(document.getElementById('options').textContent)
const state = document.getElementById('state')
const address = `/case/${form.dataset.case}`
let timer
let asked
let saved = JSON.stringify(caseOf(form))

towns(form, false)
suggest(form)
growRows(form, changed)
bringLabs(form, address, (results) => { results.forEach(addResult); changed() })
form.querySelectorAll('[data-none]').forEach((button) => {
  button.addEventListener('click', () => { answerNo(button.closest('[data-answers]')); changed() })
  button.disabled = false
})
form.addEventListener('input', changed)
form.addEventListener('change', (event) => { follow(event.target); changed() })
form.addEventListener('submit', (event) => { event.preventDefault(); once(document.getElementById('save'), save) })
addEventListener('beforeunload', (event) => { if (isUnsaved()) event.preventDefault() })
check()

const isUnsaved = () => JSON.stringify(caseOf(form)) !== saved

function changed() {
  tell()
  clearTimeout(timer)
  timer = setTimeout(check, WAIT)
}

function tell(number) {
  if (number) state.dataset.number = number
  if (isUnsaved()) state.textContent = state.dataset.unsaved
  else if (state.dataset.number) state.textContent = state.dataset.saved.replace('{number}', state.dataset.number)
}

/** What the form holds, and the version of the case that it was made from: one saved elsewhere since is not undone. */
function sent() {
  return { case: caseOf(form), version: Number(form.dataset.version) }
}

/** Ask how the case reads now. Only the newest question counts. */
async function check() {
  asked?.abort()
  asked = new AbortController()
  try {
    const answer = await send(`${address}/check`, sent(), asked.signal)
    if (answer.ok) show(answer)
    else if (answer.status === BUSY) timer = setTimeout(check, LATER)
    else showProblems(form, answer.problems, { focus: false, typing: true })
  } catch (error) {
    if (error.name !== 'AbortError') throw error
  }
}

function show({ problems, read, doubts, notes, gates }) {
  // what is not filled in yet, or is being typed, is told when it is left or saved
  showProblems(form, problems.filter((problem) => !problem.missing), { focus: false, typing: true })
  for (const place of form.querySelectorAll('[data-read]')) {
    const [understood, not] = [read, doubts].map((of) => of[place.dataset.read] ?? [])
    place.replaceChildren(...understood.map((said) => element('p', said)), ...not.map((said) => element('p', said, 'doubt')))
  }
  const granted = document.getElementById('notes')
  granted.hidden = !notes.length
  granted.querySelector('ul').replaceChildren(...notes.map((said) => element('li', said)))
  const list = document.getElementById('gates')
  const rows = gates.map((gate) => gateRow(list, gate))
  list.replaceChildren(...(rows.length ? rows : [element('li', problems.some((problem) => problem.where) ? list.dataset.wait : list.dataset.none)]))
}

/** Answer no to everything of a group that has no answer yet. */
function answerNo(group) {
  for (const asked of group.querySelectorAll('fieldset')) {
    if (!asked.querySelector(':checked')) asked.querySelector('[value=no]').checked = true
  }
}

function gateRow(list, gate) {
  const chip = document.getElementById(`chip-${gate.level}`).content.firstElementChild.cloneNode(true)
  const said = document.createElement('div')
  if (gate.first) said.append(element('p', gate.first, 'first'))
  if (gate.then) said.append(element('p', gate.then, 'then'))
  const row = document.createElement('li')
  row.append(chip, said)
  return row
}

function element(name, text, look) {
  return Object.assign(document.createElement(name), { textContent: text, className: look ?? '' })
}

async function save() {
  const values = sent()
  const answer = await send(`${address}/save`, values)
  if (answer.ok) {
    saved = JSON.stringify(values.case)
    form.dataset.version = answer.number
    tell(answer.number)
  }
  showProblems(form, answer.problems)
}

/** Choices that depend on another field: the forms of a nutrient, the units of an analyte. */
function follow(field) {
  const follower = field.name && form.querySelector(`[data-follows="${CSS.escape(field.name)}"]`)
  if (!follower) return
  const given = options[follower.dataset.options][field.value] ?? []
  const first = follower.options[0]
  follower.replaceChildren(first, ...given.map(([value, name]) => new Option(name, value)))
  if (given.length === 1) follower.value = given[0][0]
}

function addResult(result) {
  const row = addRow(form, 'labs')
  const place = row.dataset.place
  form.elements[`${place}.analyte`].value = result.analyte
  follow(form.elements[`${place}.analyte`])
  for (const name of ['date', 'value', 'unit']) form.elements[`${place}.${name}`].value = result[name]
}
