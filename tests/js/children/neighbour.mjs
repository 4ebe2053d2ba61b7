// A reply of AI Engine that is under way while another one makes the core trap.

export const nonce = JSON.stringify({ success: true, restNonce: 'abcdef1234' });
const piece = 'data: {"type":"live","data":"piece"}\n\n';
/** A whole reply, whose text is `piece`. */
export const whole = `${piece}data: {"type":"end","data":"{\\"success\\":true,\\"reply\\":\\"piece\\"}"}\n\n`;

/** A body whose first piece is there, and whose rest comes with `goOn`. */
export function waiting() {
  let goOn;
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(piece));
      goOn = () => controller.enqueue(new TextEncoder().encode(whole));
    },
  });
  return { stream, goOn };
}
