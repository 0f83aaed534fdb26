// What would have been decided: by another version of the policy, or with one number changed; the
// span judged again, the list that differs.
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const by = (id) => document.getElementById(id);
  const fill = (message, values) => message.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const lang = document.documentElement.lang;
  const form = by("whatif");
  const policy = by("policy");
  const number = by("number");
  const button = form.querySelector("button");

  // Each version has its own numbers; the one that was chosen stays chosen.
  function offer() {
    const chosen = number.value;
    number.replaceChildren(
      ...JSON.parse(policy.selectedOptions[0].dataset.numbers).map(([name, said, now, range]) => {
        const made = element("option", said);
        made.value = name;
        made.dataset.now = now;
        made.dataset.range = range;
        made.selected = name === chosen;
        return made;
      }),
    );
    choose();
  }

  function choose() {
    const chosen = number.selectedOptions[0];
    by("value").value = chosen?.dataset.now ?? "";
    by("range").textContent = chosen?.dataset.range ?? "";
  }

  function fault(message) {
    by("whatif-fault").textContent = message;
    by("whatif-fault").hidden = !message;
  }

  function element(name, text, className = "") {
    const made = document.createElement(name);
    made.textContent = text;
    made.className = className;
    return made;
  }

  const verdictWords = (verdict) =>
    verdict ? (verdict.sentence?.[lang] ?? verdict.outcome_text[lang]) : words.replay.no_verdict;

  // Whose words they are, where the records cite another version than this span was judged by.
  const cited = (one, name) =>
    one.recorded && one.replayed && one.recorded.policy !== one.replayed.policy
      ? [element("small", one[name].policy)]
      : [];

  function row(one) {
    const made = element("li", "");
    made.append(element("b", one.clause));
    const list = element("dl", "", "whatif-pair");
    for (const name of ["recorded", "replayed"]) {
      const outcome = one[name] ? ` (${one[name].outcome_text[lang]})` : "";
      const said = element("dd", `${verdictWords(one[name])}${outcome}`);
      said.append(...cited(one, name));
      list.append(element("dt", words.replay[name]), said);
    }
    made.append(list);
    return made;
  }

  function show(told) {
    const { differs, same, samples } = told;
    const head = !samples
      ? words.replay.no_samples
      : differs.length
        ? fill(words.replay.differ, { n: differs.length, same })
        : fill(words.replay.same_all, { n: same });
    const list = element("ul", "", "whatif-list");
    list.append(...differs.map(row));
    const cite = element("p", fill(words.replay.judged_by, { policy: told.policy }), "view");
    by("whatif-answer").replaceChildren(element("p", head), cite, list);
  }

  async function judge() {
    const value = Number(by("value").value);
    const changed = number.value && value !== Number(number.selectedOptions[0]?.dataset.now);
    const answer = await fetch("/api/v1/replays", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        counter: form.dataset.counter,
        day: form.dataset.day,
        slot: by("slot").value,
        at: by("slot").selectedOptions[0].dataset.at || null,
        policy: policy.value,
        parameters: changed ? { [number.value]: value } : {},
      }),
    });
    if (answer.ok) return show(await answer.json());
    const error = (await answer.json().catch(() => ({}))).error;
    if (answer.status === 422) return fault(fill(words.replay.refused, { message: error?.message ?? "" }));
    return fault(words.replay.failed);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault("");
    by("whatif-answer").replaceChildren();
    button.disabled = true;
    button.textContent = words.replay.judging;
    await judge().catch(() => fault(words.replay.failed));
    button.disabled = false;
    button.textContent = words.replay.judge;
  });
  policy.addEventListener("change", offer);
  number.addEventListener("change", choose);
  offer();

  // A miss is reported for the moment that is shown.
  by("miss-here")?.addEventListener("click", (event) => {
    const frame = frames[place];
    if (!frame) return;
    const local = new Date(frame.at + Number(PAGE.offset) * 60000).toISOString().slice(0, 16);
    const address = new URL(event.currentTarget.href);
    address.searchParams.set("at", local);
    event.currentTarget.href = address.href;
  });
})();
