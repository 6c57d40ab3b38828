// Sending values to the server, and showing what it refuses beside the fields that it speaks of. No sentence is written
// here: those come with the page or with the answer.

/** What stands between a place and what is said of it: French sets the colon off. */
export const COLON = document.documentElement.lang === 'fr' ? '\u00a0: ' : ': '

/** POST values as JSON. Gives {ok, problems, ...answer}; a server that does not answer gives no problems and not ok. */
export async function send(address, values, signal) {
  const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(values), signal }
  const answer = await fetch(address, asked)
  const found = answer.status === 204 ? {} : await answer.json()
  return { ok: answer.ok, status: answer.status, problems: [], ...found }
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

/**
 * Show problems of a form: each beside the field that its place names, or beside its row or section; the rest together.
 * The place is that of the case file, `supplements[0].contents[1]`; a field further out takes what has none of its own.
 */
export function showProblems(form, problems, { focus = true, typing = false } = {}) {
  const now = document.activeElement
  const unmarked = typing && now && !now.matches('[aria-invalid]') ? now : null
  form.querySelectorAll('.problem').forEach((old) => old.remove())
  form.querySelectorAll('[aria-invalid]').forEach((field) => { field.removeAttribute('aria-invalid'); field.removeAttribute('aria-describedby') })
  const left = problems.filter((problem) => !beside(form, problem, unmarked))
  form.querySelector('[data-problems]')?.append(...left.map((problem) => line(problem, `${problem.where}${COLON}`, form)))
  if (focus && problems.length) (form.querySelector('[aria-invalid]') ?? form.querySelector('.problem')?.parentElement)?.scrollIntoView({ block: 'center' })
  if (focus) form.querySelector('[aria-invalid]')?.focus()
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

function line(problem, before, form) {
  const said = document.createElement('p')
  said.className = 'problem'
  if (problem.missing && form.dataset.missing) {
    said.textContent = form.dataset.missing
    return said
  }
  const expected = problem.expected?.length ? ` (${problem.expected.join(', ')})` : ''
  said.textContent = `${before}${problem.got}${expected}. ${problem.do}`
  return said
}
