// Deleting a trial asks once more: the first press says what the second will do.

/** A button that deletes the trial of this id. */
export function forgets(button, id) {
  button?.addEventListener('click', async () => {
    if (button.dataset.sure) {
      button.textContent = button.dataset.sure
      delete button.dataset.sure
      return
    }
    await fetch(`/api/trials/${id}`, { method: 'DELETE' })
    location.assign('/trials')
  })
}
