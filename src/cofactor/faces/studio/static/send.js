// Sending values to the server, and showing what it refuses beside the fields that it speaks of. No sentence is written
// here: those come with the page or with the answer.

/** POST values as JSON. Gives {ok, problems, ...answer}; a server that does not answer gives no problems and not ok. */
export async function send(address, values, signal) {
  const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(values), signal }
  const answer = await fetch(address, asked)
  const found = answer.status === 204 ? {} : await answer.json()
  return { ok: answer.ok, status: answer.status, problems: [], ...found }
}

/** Values of a form by name; a file is read as text, a file input that is empty is left out. */
export async function valuesOf(form) {
  const found = {}
  for (const [name, value] of new FormData(form)) {
    if (!(value instanceof File)) found[name] = value
    else if (value.size) found[name] = await value.text()
  }
  return found
}

/** Show problems of a form: each beside the field that its place names, the rest above the button. */
export function showProblems(form, problems) {
  form.querySelectorAll('.problem').forEach((old) => old.remove())
  form.querySelectorAll('[aria-invalid]').forEach((field) => { field.removeAttribute('aria-invalid'); field.removeAttribute('aria-describedby') })
  const left = problems.filter((problem) => !beside(form, problem))
  const list = form.querySelector('[data-problems]') ?? form.insertBefore(document.createElement('div'), form.lastElementChild)
  list.dataset.problems = ''
  list.setAttribute('role', 'alert')
  list.replaceChildren(...left.map((problem) => line(problem, `${problem.where}: `)))
  form.querySelector('[aria-invalid]')?.focus()
}

function beside(form, problem) {
  const field = form.elements.namedItem(problem.where)
  if (!(field instanceof HTMLElement)) return false
  const said = line(problem)
  said.id = `${field.id}-problem`
  field.setAttribute('aria-invalid', 'true')
  field.setAttribute('aria-describedby', said.id)
  field.after(said)
  return true
}

function line(problem, before = '') {
  const said = document.createElement('p')
  said.className = 'problem'
  said.textContent = `${before}${problem.got}. ${problem.do}`
  return said
}
