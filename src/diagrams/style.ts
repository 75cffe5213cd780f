/**
 * How diagrams look, in light and in dark: the page of the inspector has it in its style sheet, a picture of its own
 * in itself. Plain colours, since few programs besides browsers know variables.
 */
export const diagramStyle = `
.diagram { font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #4a5262; }
.diagram .title { font-size: 13px; font-weight: 600; fill: #171a21; }
.diagram .count { font-size: 11px; text-anchor: end; fill: #5d6675; }
.diagram rect { fill: #fff; stroke: #8a93a5; }
.diagram .group > rect { fill: #69758c; fill-opacity: .07; }
.diagram rect.inner { fill: none; }
.diagram .start { fill: #4a5262; }
.diagram .arrow { fill: #2f5375; }
.diagram .line { fill: none; stroke: #6d7a90; }
.diagram .head { fill: #6d7a90; }
.diagram .off > rect { stroke-dasharray: 4 3; }
.diagram .off text { fill: #8a93a5; }
.diagram .agent > rect { stroke: #3564a8; stroke-width: 1.6; }
@media (prefers-color-scheme: dark) {
  .diagram { fill: #a9b2c2; }
  .diagram .title { fill: #eef0f4; }
  .diagram .count { fill: #98a1b0; }
  .diagram rect { fill: #262a33; stroke: #6b7588; }
  .diagram .group > rect { fill: #8a97b0; }
  .diagram .start { fill: #a9b2c2; }
  .diagram .arrow { fill: #9cc3e8; }
  .diagram .line { stroke: #77839a; }
  .diagram .head { fill: #77839a; }
  .diagram .off text { fill: #77839a; }
  .diagram .agent > rect { stroke: #7ba7e6; }
}
`;
