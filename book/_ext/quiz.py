"""The `quiz` directive: one question, several answers, an explanation of each.

    :::{quiz} What does the softmax sum over?
    - [ ] The queries.

      Then each key would spread one unit of weight over the queries.
    - [x] The keys.

      Each query spreads one unit of weight over the keys.
    :::

It becomes a `fieldset` of radio buttons. Choosing one copies its explanation into a live region,
which screen readers announce (`_static/quiz.js`). Without JavaScript the `details` element below
still holds every explanation. Nothing is stored or sent.
"""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

MARKS = {"[x] ": True, "[ ] ": False}


class quiz(nodes.General, nodes.Element):
    """The whole question; children: `quiz_question`, `quiz_option`..., `quiz_explanations`."""


class quiz_question(nodes.General, nodes.TextElement):
    """The question, as the fieldset's legend."""


class quiz_option(nodes.General, nodes.TextElement):
    """One radio button with its label."""


class quiz_explanations(nodes.General, nodes.Element):
    """The folded list of all explanations."""


class quiz_explanation(nodes.General, nodes.Element):
    """Why one answer is right or wrong."""


class Quiz(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self):
        body = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        if len(body) != 1 or not isinstance(body[0], nodes.bullet_list):
            raise self.error("a quiz holds one list whose items begin with [x] or [ ]")

        # Numbered within the page: an id that another page's questions cannot change.
        number = self.env.temp_data["quiz"] = self.env.temp_data.get("quiz", 0) + 1
        question, messages = self.state.inline_text(self.arguments[0], self.lineno)
        node = quiz(name=f"quiz-{number}")
        node += quiz_question("", "", *question, number=number)
        explanations = quiz_explanations()
        for position, item in enumerate(body[0], start=1):
            answer, *reasons = item.children
            right = self._take_mark(answer)
            node += quiz_option("", "", *answer.children, name=f"quiz-{number}", position=position)
            explanation = quiz_explanation(right=right, id=f"quiz-{number}-why-{position}")
            explanation += nodes.paragraph(
                "", "", *(child.deepcopy() for child in answer.children), classes=["quiz-answer"]
            )
            explanation.extend(reasons)
            explanations += explanation
        if sum(explanation["right"] for explanation in explanations) != 1:
            raise self.error("exactly one answer of a quiz must be marked [x]")
        node += explanations
        return [node, *messages]

    def _take_mark(self, answer) -> bool:
        text = answer.next_node(nodes.Text) if isinstance(answer, nodes.paragraph) else None
        if text is None or text[:4] not in MARKS:
            raise self.error("every answer of a quiz begins with [x] or [ ]")
        text.parent.replace(text, nodes.Text(text[4:]))
        return MARKS[text[:4]]


def visit_quiz(self, node):
    self.body.append('<fieldset class="quiz">\n')


def depart_quiz(self, node):
    self.body.append("</fieldset>\n")


def visit_question(self, node):
    self.body.append(f'<legend><span class="quiz-number">Question {node["number"]}</span> ')


def depart_question(self, node):
    self.body.append("</legend>\n")


def visit_option(self, node):
    name, position = node["name"], node["position"]
    self.body.append(
        f'<div class="quiz-option"><input type="radio" id="{name}-{position}" name="{name}" '
        f'data-explanation="{name}-why-{position}"><label for="{name}-{position}">'
    )


def depart_option(self, node):
    self.body.append("</label></div>\n")


def visit_explanations(self, node):
    self.body.append(
        '<div class="quiz-feedback" role="status" aria-live="polite"></div>\n'
        '<details class="quiz-explanations"><summary>Explain every answer</summary>\n<ul>\n'
    )


def depart_explanations(self, node):
    self.body.append("</ul>\n</details>\n")


def visit_explanation(self, node):
    verdict, word = ("right", "Right.") if node["right"] else ("wrong", "Not this one.")
    self.body.append(
        f'<li id="{node["id"]}" class="quiz-{verdict}">'
        f'<strong class="quiz-verdict">{word}</strong>\n'
    )


def depart_explanation(self, node):
    self.body.append("</li>\n")


def setup(app):
    app.add_node(quiz, html=(visit_quiz, depart_quiz))
    app.add_node(quiz_question, html=(visit_question, depart_question))
    app.add_node(quiz_option, html=(visit_option, depart_option))
    app.add_node(quiz_explanations, html=(visit_explanations, depart_explanations))
    app.add_node(quiz_explanation, html=(visit_explanation, depart_explanation))
    app.add_directive("quiz", Quiz)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
