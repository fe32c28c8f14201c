package io.palitra.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.openrewrite.internal.ListUtils;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;

/**
 * Gives a class a runner: a field, and a parameter of its constructor that sets it.
 */
final class Injection {

	private Injection() {
	}

	static J.ClassDeclaration of(J.ClassDeclaration type, String name, boolean constructorGenerated) {
		List<Statement> statements = new ArrayList<>(type.getBody().getStatements());
		String indent = indent(statements.get(0));
		String outer = indent(type);
		String unit = (indent.startsWith(outer) && indent.length() > outer.length()) ? indent.substring(outer.length())
				: "\t";
		J.ClassDeclaration holder = Code.runnerHolder(type.getSimpleName(), name, indent, unit);
		Statement field = holder.getBody().getStatements().get(0);
		J.MethodDeclaration constructor = (J.MethodDeclaration) holder.getBody().getStatements().get(1);
		boolean hasConstructor = !Owner.constructors(type).isEmpty();
		int place = fieldPlace(statements);
		boolean beforeField = place < statements.size() && isInstanceField(statements.get(place));
		if (beforeField) {
			field = field.withPrefix(Space.format(whitespace(statements.get(place))));
		}
		statements.add(place, field);
		if (!hasConstructor && !constructorGenerated) {
			int after = place + 1;
			while (after < statements.size() && statements.get(after) instanceof J.VariableDeclarations) {
				after++;
			}
			statements.add(after, constructor);
		}
		if (place == 0 && !beforeField || !hasConstructor && !constructorGenerated) {
			statements = separated(statements, field, constructor, indent);
		}
		return type
			.withBody(
					type.getBody()
						.withStatements(ListUtils.map(statements,
								(statement) -> (statement instanceof J.MethodDeclaration method
										&& method.isConstructor() && method != constructor)
												? added(method, constructor, indent, unit) : statement)));
	}

	/**
	 * Before the first field of an instance, otherwise after the static ones.
	 */
	private static int fieldPlace(List<Statement> statements) {
		int place = 0;
		for (int i = 0; i < statements.size(); i++) {
			if (isInstanceField(statements.get(i))) {
				return i;
			}
			if (statements.get(i) instanceof J.VariableDeclarations) {
				place = i + 1;
			}
		}
		return place;
	}

	private static boolean isInstanceField(Statement statement) {
		return statement instanceof J.VariableDeclarations field && !field.hasModifier(J.Modifier.Type.Static);
	}

	private static List<Statement> separated(List<Statement> statements, Statement field, Statement constructor,
			String indent) {
		return ListUtils.map(statements, (index, statement) -> {
			Statement before = (index > 0) ? statements.get(index - 1) : null;
			boolean apart = before == field || before == constructor || statement == constructor;
			String whitespace = statement.getPrefix().getWhitespace();
			boolean tight = apart && before != null && whitespace.indexOf('\n') == whitespace.lastIndexOf('\n')
					&& !(isInstanceField(statement) && isInstanceField(before));
			return tight ? statement.withPrefix(statement.getPrefix().withWhitespace("\n\n" + indent)) : statement;
		});
	}

	private static J.MethodDeclaration added(J.MethodDeclaration constructor, J.MethodDeclaration source, String indent,
			String unit) {
		Statement parameter = source.getParameters().get(0);
		List<Statement> parameters = new ArrayList<>(constructor.getParameters());
		parameters.removeIf(J.Empty.class::isInstance);
		if (!parameters.isEmpty()) {
			Statement last = parameters.get(parameters.size() - 1);
			String whitespace = whitespace(last);
			parameter = parameter.withPrefix((parameters.size() > 1 && whitespace.contains("\n"))
					? Space.format(whitespace) : Space.SINGLE_SPACE);
		}
		parameters.add(parameter);
		J.Block body = Objects.requireNonNull(constructor.getBody(), "body");
		List<Statement> statements = new ArrayList<>(body.getStatements());
		Statement assignment = Objects.requireNonNull(source.getBody(), "body").getStatements().get(0);
		boolean callsSuper = !statements.isEmpty() && statements.get(0) instanceof J.MethodInvocation call
				&& call.getSimpleName().equals("super");
		statements.add(callsSuper ? 1 : 0, assignment.withPrefix(Space.format("\n" + indent + unit)));
		if (body.getStatements().isEmpty() && !body.getEnd().getWhitespace().contains("\n")) {
			body = body.withEnd(body.getEnd().withWhitespace("\n" + indent));
		}
		return constructor.withParameters(parameters).withBody(body.withStatements(statements));
	}

	private static String indent(J tree) {
		String whitespace = whitespace(tree);
		return whitespace.substring(whitespace.lastIndexOf('\n') + 1);
	}

	private static String whitespace(J tree) {
		return tree.getPrefix().getWhitespace();
	}

}
