import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * Parses the schema text in each line {"text": string} of standard input and answers with one line of standard output:
 * {"canonical", "fingerprint", "logicalTypes", "restated"}, or {"refused": reason} when Avro takes it for invalid.
 * "logicalTypes" has a text for each type in the order of the schema, empty where there is none; "restated" is the schema
 * as Avro writes it anew.
 */
public final class ParsingOracle {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Schema.Type> NAMED = Set.of(Schema.Type.RECORD, Schema.Type.ENUM, Schema.Type.FIXED);

  private ParsingOracle() {}

  public static void main(String[] args) throws IOException {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream output = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      output.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
    }
    output.flush();
  }

  private static ObjectNode answer(JsonNode question) {
    ObjectNode answer = JSON.createObjectNode();
    try {
      // Avro's default also takes letters beyond ASCII, which the specification does not.
      Schema schema = new Schema.Parser(NameValidator.STRICT_VALIDATOR).parse(question.required("text").textValue());
      answer.put("canonical", SchemaNormalization.toParsingForm(schema));
      answer.put("fingerprint", Long.toUnsignedString(SchemaNormalization.parsingFingerprint64(schema)));
      logicalTypes(schema, answer.putArray("logicalTypes"), new HashSet<>());
      return answer.put("restated", schema.toString());
    } catch (RuntimeException | StackOverflowError refusal) {
      // Avro has an exception of its own for an invalid schema, and throws others too, as for a wrong kind of value.
      return JSON.createObjectNode().put("refused", String.valueOf(refusal));
    }
  }

  private static void logicalTypes(Schema schema, ArrayNode found, Set<String> visited) {
    if (schema.isUnion()) {
      schema.getTypes().forEach(branch -> logicalTypes(branch, found, visited));
      return;
    }
    boolean isNamed = NAMED.contains(schema.getType());
    if (isNamed && !visited.add(schema.getFullName())) {
      return;
    }
    LogicalType logicalType = schema.getLogicalType();
    if (logicalType instanceof LogicalTypes.Decimal) {
      LogicalTypes.Decimal decimal = (LogicalTypes.Decimal) logicalType;
      found.add("decimal " + decimal.getPrecision() + " " + decimal.getScale());
    } else {
      found.add(logicalType == null ? "" : logicalType.getName());
    }
    switch (schema.getType()) {
      case RECORD:
        schema.getFields().forEach(field -> logicalTypes(field.schema(), found, visited));
        break;
      case ARRAY:
        logicalTypes(schema.getElementType(), found, visited);
        break;
      case MAP:
        logicalTypes(schema.getValueType(), found, visited);
        break;
      default:
        break;
    }
  }
}
