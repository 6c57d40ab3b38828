// The first page of a new client: a few fields, sent as a case.
import { caseOf } from './case-values.js'
import { once, send, showProblems } from './send.js'
import { towns } from './town.js'

const form = document.getElementById('start')
towns(form, true)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  once(form.querySelector('button.main'), create)
})

/** Make the client; true where that leads to its page. */
async function create() {
  const { name, ...values } = caseOf(form)
  const given = { person: {}, place: {}, ...values } // so that what is missing is missing in its place
  const answer = await send(form.dataset.address, { name: name ?? '', case: given })
  if (answer.location) location.assign(answer.location)
  else showProblems(form, answer.problems)
  return Boolean(answer.location)
}
