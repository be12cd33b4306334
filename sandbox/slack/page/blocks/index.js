// Draws a list of blocks on a surface, each by the renderer of its type.

import { h } from "../dom.js";
import { actions, contextActions } from "./actions.js";
import { alert, card, carousel, container, plan, taskCard } from "./cards.js";
import { dataVisualization } from "./charts.js";
import { input } from "./input.js";
import { file, image, video } from "./media.js";
import { dataTable, table } from "./tables.js";
import { context, divider, header, markdownBlock, richTextBlock, section } from "./text_blocks.js";

const RENDERERS = {
  section, header, context, divider, rich_text: richTextBlock, markdown: markdownBlock, actions, context_actions: contextActions,
  image, file, video, input, table, data_table: dataTable, data_visualization: dataVisualization,
  alert, card, carousel, container, plan, task_card: taskCard,
};

export function renderBlocks(surface, blocks) {
  return (blocks || []).map((block) => renderBlock(surface, block)).filter(Boolean);
}

function renderBlock(surface, block) {
  const render = RENDERERS[block.type];
  const body = render ? render(surface, block, renderBlocks) : h("div", { class: "unknown" }, `This page cannot show the block “${block.type}”.`);
  if (!body) return null;
  return h("div", { class: ["block", `block-${block.type}`], dataset: { blockId: block.block_id, blockType: block.type } }, body);
}
