// Requests to the server, and what to say of its answers: shared by all pages.

/** Send a request; throws an Error whose message can be shown, with the `status` of an answer. */
export async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("emnist-edge does not answer");
  }
  if (response.ok) return response;
  const answer = await response.text();
  let reason = answer;
  try {
    reason = JSON.parse(answer).error;
  } catch {
    // plain text: shown as it is
  }
  throw Object.assign(new Error(reason || `refused (${response.status})`), { status: response.status });
}

/** Show a message where no text is, as an error or not; without one, nothing. */
export function showNote(note, message, isError = false) {
  note.hidden = !message;
  note.textContent = message;
  note.classList.toggle("error", isError);
}
