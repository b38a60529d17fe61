// Tells the maps how far the slow ones are: some words, where the maps themselves weigh some 100 KB.
export default function ({ data }) {
  document.dispatchEvent(new CustomEvent("ex-progress", { detail: data.panels }));
}
