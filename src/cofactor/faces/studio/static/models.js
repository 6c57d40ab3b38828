// A model as text or as a file, or one of the examples, read by the server.
import { once, send, showProblems } from './send.js'

const form = document.getElementById('bring')
const busy = document.getElementById('busy')

function read(address, values, button = form.querySelector('button.main')) {
  return once(button, async () => {
    busy.textContent = busy.dataset.said
    const answer = await send(address, values)
    busy.textContent = ''
    if (answer.location) location.assign(answer.location)
    else showProblems(form, answer.problems)
    return Boolean(answer.location)
  })
}

/** SBML is told by its first letter; a file keeps its name. */
const nameOf = (text) => (text.trimStart().startsWith('<') ? 'model.xml' : 'model.ant')

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const text = form.elements.text.value
  read('/models', { text, file: nameOf(text) })
})
document.getElementById('open').addEventListener('change', async (event) => {
  const file = event.target.files[0]
  if (file) await read('/models', { text: await file.text(), file: file.name })
  event.target.value = ''
})
document.querySelectorAll('[data-example]').forEach((button) => {
  button.addEventListener('click', () => read(`/models/example/${button.dataset.example}`, {}, button))
})
