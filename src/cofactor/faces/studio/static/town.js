// A town stands for its latitude and country. The clock of this computer names one, which is proposed.

/** Let the town of a form fill place.latitude and place.country; `propose` chooses that of the clock. */
export function towns(form, propose) {
  const choice = form.querySelector('[data-town]')
  const fill = () => {
    const [latitude, country] = (choice.selectedOptions[0].dataset.more ?? '|').split('|')
    if (!choice.value) return
    form.elements['place.latitude'].value = latitude
    form.elements['place.country'].value = country
  }
  choice.addEventListener('change', fill)
  const zone = propose && Intl.DateTimeFormat().resolvedOptions().timeZone
  if (zone && [...choice.options].some((option) => option.value === zone)) {
    choice.value = zone
    fill()
  }
}
