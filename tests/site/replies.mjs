// The replies of the model behind the site. The first group is that of the recordings, to the byte. The others make the demo's
// conversation worth reading: they answer in the script of the question, and say how long the conversation is.

const MARKDOWN = `# Sorting in Python

Here is a **short** guide with \`inline code\`, a list, a table and two code blocks.

1. Pick an algorithm
2. Write it
   - nested item
3. Test it

\`\`\`python
def quicksort(xs):
    """Sort a list: "quotes" and \\ backslashes survive."""
    if len(xs) <= 1:
        return xs
    pivot, *rest = xs
    left  = [x for x in rest if x < pivot]
    right = [x for x in rest if x >= pivot]
    return quicksort(left) + [pivot] + quicksort(right)

print(quicksort([3, 1, 2]))  # -> [1, 2, 3]
\`\`\`

| name | best | worst |
|------|-----:|------:|
| quicksort | n log n | n^2 |
| mergesort | n log n | n log n |

\`\`\`html
<script>alert("1 < 2 && 3 > 2");</script>
\`\`\`

> A quote with a [link](https://example.test/path?a=1&b=2).

Formula: \\( a^2 + b^2 = c^2 \\). Tab:\there. End.
`;

const EMOJI = 'Sure! 👍🏽 👨‍👩‍👧‍👦 🇩🇪 🏳️‍🌈 — flags, skin tones and ZWJ families: ❤️‍🔥 done ✅';

const STORY = `Once there was a site that could only speak in pieces.

Every word it said had to travel alone: through a plugin, through a web server, through a network that cut it
wherever it liked. Some words arrived in halves. A few arrived twice. One evening a whole sentence got lost, and nobody
noticed, because the line was closed politely after it.

So the site began to number its words, and to say "end" when it meant the end. The reader on the other side learned to
wait for that one word, and to complain when it did not come.

They have been talking ever since.`;

const BY_WORD = [
  [/\bempty reply\b/i, ''],
  [/\bzero\b/i, '0'],
  [/\bnewlines\b/i, 'first line\nsecond line\n\nthird paragraph'],
  [/\bmarkdown\b/i, MARKDOWN],
  [/\bemoji\b/i, EMOJI],
  [/\blong story\b/i, STORY],
];

const BY_SCRIPT = [
  [/\p{Script=Cyrillic}/u, (said) => `Привет! У меня всё хорошо, спасибо. Чем могу помочь? Вы написали: «${said}».`,
    (turn, first) => ` Это сообщение №${turn} нашей беседы; она началась с «${first}».`],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, (said) => `こんにちは！テスト用のモデルです。「${said}」と書きましたね。`,
    (turn, first) => `これは${turn}番目のメッセージで、会話は「${first}」から始まりました。`],
  [/\p{Script=Hangul}/u, (said) => `안녕하세요! 시험용 모델입니다. “${said}”라고 쓰셨네요.`,
    (turn, first) => ` 이 대화의 ${turn}번째 메시지이고, 처음은 “${first}”였습니다.`],
  [/\p{Script=Han}/u, (said) => `你好！我是测试模型。你写的是：“${said}”。`,
    (turn, first) => `这是我们对话的第${turn}条消息；开头是“${first}”。`],
  [/\p{Script=Arabic}/u, (said) => `مرحبًا! أنا نموذج للاختبار. لقد كتبت: «${said}».`,
    (turn, first) => ` هذه هي الرسالة رقم ${turn} في محادثتنا، وقد بدأت بـ «${first}».`],
];

const LATIN = [
  (said) => `Hello from the stub model. You said: "${said}". Slashes / and <b>tags</b> & "quotes" are kept.`,
  (turn, first) => ` This is message ${turn} of our talk; it began with "${first}".`,
];

/**
 * @param {{ role: string | null, content: string }[]} messages what the provider was sent, instructions included
 * @param {number} instructions how many messages at the front are the site's own
 */
export function replyTo(messages, instructions) {
  const said = messages.at(-1).content;
  const recorded = BY_WORD.find(([word]) => word.test(said));
  if (recorded) return recorded[1];
  if (/\brecall\b/i.test(said)) return inventory(messages);
  const turns = messages.slice(instructions).filter(({ role }) => role === 'user');
  const [, reply, position] = BY_SCRIPT.find(([script]) => script.test(said)) ?? [null, ...LATIN];
  if (isOnlyEmoji(said)) return EMOJI;
  return reply(cut(said, reply === LATIN[0] ? 120 : 60))
    + (turns.length > 1 ? position(turns.length, cut(turns[0].content, 40)) : '');
}

/** The recorded answer to "Please recall.": what a test needs to see which history reached the model. */
function inventory(messages) {
  const first = messages.find(({ role }) => role === 'user');
  const roles = messages.map(({ role }) => role ?? 'None').join(', ');
  return `I was sent ${messages.length} messages. Roles: ${roles}. First user message: "${cut(first.content, 80)}".`;
}

const cut = (text, length) => [...text].slice(0, length).join('');

const isOnlyEmoji = (text) => /\p{Extended_Pictographic}/u.test(text) && !/[\p{L}\p{N}]/u.test(text);

/** A reply as the recorded stub streamed it: words with the blanks after them, line ends and emoji one by one. */
export function pieces(reply) {
  return reply.match(/[\u2000-\u{10ffff}]|\n|[^\S\n]+|[^\s\u2000-\u{10ffff}]+[^\S\n]*/gu) ?? [];
}
