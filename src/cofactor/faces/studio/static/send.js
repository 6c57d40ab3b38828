// Asking the server, and showing what it refuses beside the fields that it speaks of. Whatever goes wrong on the way
// becomes a problem of the whole page (its `where` is empty). No sentence is written here: those come with the page
// (`data-failed-*` of the body) or with the answer.

/** What stands between a place and what is said of it: French sets the colon off. */
export const COLON = document.documentElement.lang === 'fr' ? '\u00a0: ' : ': '

const ENDED = 401
const LARGE = 413
const BUSY = 429

/** An answer that never came, or that nobody can read, as a problem. */
function failure(what, status = 0) {
  const got = document.body.dataset[`failed${what}`]
  return { ok: false, status, problems: [{ where: '', got, expected: [], do: '' }] }
}

/** The JSON of an answer, or null where it is none. */
function jsonOf(answer) {
  return answer.json().catch((error) => { if (error.name === 'AbortError') throw error; return null })
}

/** Fetch. Gives {ok, status, problems, answer}; what fails has problems, whatever failed. Throws only when aborted. */
export async function reach(address, { headers, ...asked } = {}) {
  let answer
  try {
    answer = await fetch(address, { ...asked, headers: { accept: 'application/json', ...headers } })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    return failure('Unreachable')
  }
  const { ok, status } = answer
  if (ok) return { ok, status, problems: [], answer }
  const problems = (await jsonOf(answer))?.problems
  if (status === ENDED) return failure('Ended', status)
  if (status === LARGE) return failure('Large', status)
  if (problems?.length) return { ok, status, problems, answer }
  return { ...failure(status === BUSY ? 'Busy' : 'Broken', status), answer }
}

/** POST values as JSON. Gives {ok, status, problems, ...answer}. */
export async function send(address, values, signal) {
  const body = JSON.stringify(values)
  if (new Blob([body]).size > Number(document.body.dataset.mostBytes)) return failure('Large', LARGE)
  const { answer, ...found } = await reach(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal })
  if (!found.ok || found.status === 204) return found
  const said = await jsonOf(answer)
  return said ? { ...found, ...said } : failure('Broken', found.status)
}

/**
 * Do something that a button asks for, once: it rests meanwhile, and stays so where `act` gives true since another page
 * opens. The focus that a resting button loses comes back to it.
 */
export async function once(button, act) {
  if (button.disabled) return
  const focused = document.activeElement === button
  let leaving = false
  button.disabled = true
  try {
    leaving = await act()
  } finally {
    if (leaving) addEventListener('pageshow', () => { button.disabled = false }, { once: true })
    else button.disabled = false
    if (focused && !leaving && [button, document.body].includes(document.activeElement)) button.focus()
  }
}

/** Values of a form by name; `data-number` is one; a file is read as text, an empty one left out. */
export async function valuesOf(form) {
  const found = {}
  for (const [name, value] of new FormData(form)) {
    if (!(value instanceof File)) found[name] = 'number' in form.elements[name].dataset ? Number(value) : value
    else if (value.size) found[name] = await value.text()
  }
  return found
}

/** What a problem says: what was got, what was expected, what to do. */
export function sentence(problem, most = Infinity) {
  const expected = problem.expected?.length ? ` (${problem.expected.slice(0, most).join(', ')})` : ''
  const got = `${problem.got}${expected}`
  return [/[.!?…]$/.test(got) ? got : `${got}.`, problem.do].filter(Boolean).join(' ')
}

/** Say problems in a place of their own, by default that of every page. What stands there already is not said again. */
export function tell(problems, place = document.getElementById('told')) {
  const lines = problems.map((problem) => line(problem, problem.where && `${problem.where}${COLON}`))
  if (lines.map((one) => one.textContent).join() === [...place.children].map((one) => one.textContent).join()) return
  place.replaceChildren(...lines)
}

/**
 * Show problems of a form: each beside the field that its place names, or beside its row or section; the rest together.
 * The place is that of the case file, `supplements[0].contents[1]`; a field further out takes what has none of its own.
 * What concerns the whole page goes to `data-failed`, where a form has one. `data-keeps` says problems of its own.
 */
export function showProblems(form, problems, { focus = true, typing = false } = {}) {
  const now = document.activeElement
  const unmarked = typing && now && !now.matches('[aria-invalid]') ? now : null
  form.querySelectorAll('.problem:not([data-keeps] *)').forEach((old) => old.remove())
  form.querySelectorAll('[aria-invalid]').forEach((field) => { field.removeAttribute('aria-invalid'); field.removeAttribute('aria-describedby') })
  const left = problems.filter((problem) => !beside(form, problem, unmarked))
  const together = form.querySelector('[data-problems]')
  const whole = form.querySelector('[data-failed]')
  if (whole) tell(left.filter((problem) => !problem.where), whole)
  const rest = whole ? left.filter((problem) => problem.where) : left
  if (together) together.append(...rest.map((problem) => line(problem, problem.where && `${problem.where}${COLON}`, form)))
  else tell(rest)
  if (!focus || !problems.length) return
  const first = form.querySelector('[aria-invalid]')
  const seen = first ?? (form.querySelector('.problem:not([data-keeps] *)') ?? document.querySelector('[data-failed] .problem, #told .problem'))?.parentElement
  seen?.scrollIntoView({ block: 'center' })
  first?.focus()
}

function beside(form, problem, unmarked) {
  for (let place = problem.where; place; place = place.replace(/(\.[^.[\]]+|\[\d+\]|^[^.[]+)$/, '')) {
    const field = visible(form, form.elements.namedItem(place))
    if (field) return field === unmarked || mark(form, field, problem)
    const around = form.querySelector(`[data-place="${CSS.escape(place)}"]`)
    if (around) return Boolean(around.append(line(problem, '', form))) || true
  }
  return false
}

/** The field itself, the first of several, or the control that stands for a hidden one. */
function visible(form, found) {
  const field = found instanceof RadioNodeList ? found[0] : found
  if (field?.type !== 'hidden') return field
  return field.closest('[data-find]')?.querySelector('[data-shows]') ?? form.querySelector(`[data-stands-for="${CSS.escape(field.name)}"]`)
}

function mark(form, field, problem) {
  const said = line(problem, '', form)
  said.id = `${field.id || field.name}-problem`
  field.closest('details')?.setAttribute('open', '')
  field.setAttribute('aria-invalid', 'true')
  field.setAttribute('aria-describedby', said.id)
  const after = field.type === 'radio' || field.type === 'checkbox' ? field.closest('fieldset').lastElementChild : field
  after.after(said)
  return true
}

/** A problem as a line; one that has an `open` ({address, said}) leads there, in another tab: what was typed stays. */
function line(problem, before, form) {
  const said = document.createElement('p')
  said.className = 'problem'
  if (problem.missing && form?.dataset.missing) {
    said.textContent = form.dataset.missing
    return said
  }
  said.textContent = `${before}${sentence(problem)}`
  if (problem.open) said.append(' ', Object.assign(document.createElement('a'), { href: problem.open.address, target: '_blank', textContent: problem.open.said }))
  return said
}
