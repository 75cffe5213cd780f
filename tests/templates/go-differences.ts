// Where Callboard differs from Go on purpose (docs/templates.md says why), by template: what it prints instead, or
// undefined where it refuses.
export const deliberate: ReadonlyMap<string, string | undefined> = new Map([
  // Numbers of the data keep the digits they came with.
  ['{{.f}} {{.fz}} {{.n}} {{.neg}} {{.z}}', '1.5 0.0 5 -3 0'],
  ['{{.fz}} {{.at}}', '0.0 2024-03-05T07:08:09.012Z'],
  // A field of null is missing, as a field of what is missing is.
  ['{{.nil.x}}', '<no value>'],
  // Hyphens belong to field names.
  ['{{.a-b}}', '<no value>'],
  // `\"` opens and closes a string inside an action.
  ['{{eq .s \\"text\\"}}', 'true'],
  // `break` leaves the loop around it, also from the `else` of an inner one.
  ['{{range .l}}{{range $.el}}{{else}}{{break}}{{end}}a{{end}}', ''],
  // An integer and a float are compared as numbers.
  ['{{eq 1 1.0}}', 'true'],
  ['{{eq .n 5.0}}', 'true'],
  ['{{eq .fz 0}}', 'true'],
  ['{{lt 1 2.5}}', 'true'],
  // Newer than the Go of the fixtures: ranges over integers, and `else with`.
  ['{{range 3}}{{.}}{{end}}', '012'],
  ['{{range $i := .n}}{{$i}}{{end}}', '01234'],
  ['{{range $i, $x := 2}}{{$i}}{{$x}}{{else}}none{{end}}', '0011'],
  ['{{range .z}}x{{else}}none{{end}}', 'none'],
  ['{{range .neg}}x{{else}}none{{end}}', 'none'],
  ['{{with .z}}a{{else with .s}}{{.}}{{else}}c{{end}}', 'text'],
  // Found at load, where Go finds it once it gets there.
  ['{{if .b}}{{template "none"}}{{end}}', undefined],
  ['{{1i}}', undefined],
]);
