// How many parts the network makes of a text: GSM-7 160/153, anything else UCS-2 70/67.

const GSM = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const TWICE = new Set("^{}\\[~]|€");

export function segments(text) {
  let units = 0;
  let plain = true;
  for (const sign of text) {
    if (GSM.has(sign)) units += 1;
    else if (TWICE.has(sign)) units += 2;
    else plain = false;
  }
  const [one, each] = plain ? [160, 153] : [70, 67];
  const length = plain ? units : text.length;
  return length <= one ? 1 : Math.ceil(length / each);
}
