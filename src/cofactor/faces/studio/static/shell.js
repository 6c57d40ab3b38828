// What every page does: language and scheme, and forms that are sent as JSON (`<form data-post="/address">`). An answer
// with a `location` is followed; problems are shown beside their fields.
import { send, showProblems, valuesOf } from './send.js'

async function prefer(field, value) {
  await send('/preferences', { [field]: value })
  location.reload()
}

document.querySelectorAll('button[data-prefer]').forEach((button) => {
  button.addEventListener('click', () => prefer(button.dataset.prefer, button.dataset.value))
})
document.querySelectorAll('select[data-prefer]').forEach((choice) => {
  choice.addEventListener('change', () => prefer(choice.dataset.prefer, choice.value))
})

document.querySelectorAll('[data-prefer]').forEach((control) => { control.disabled = false })

document.querySelectorAll('form[data-post]').forEach((form) => {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('button:not([type=button])')
    button.disabled = true
    const answer = await send(form.dataset.post, await valuesOf(form))
    button.disabled = false
    if (answer.location) location.assign(answer.location)
    else showProblems(form, answer.problems)
  })
})
