import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityResult;

/**
 * Answers each line {"reader": schema, "writer": schema} of standard input with one line of standard output:
 * {"kinds": [SchemaIncompatibilityType, ...]}, empty when compatible, or {"refused": reason} when Avro takes one of the
 * schemas for invalid or does not judge the pair. With "explain": true in the line, "reasons" holds what Avro says of each
 * incompatibility: {"kind", "location", "message"}.
 */
public final class CompatibilityOracle {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CompatibilityOracle() {}

  public static void main(String[] args) throws IOException {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream output = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      output.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
    }
    output.flush();
  }

  private static ObjectNode answer(JsonNode pair) throws IOException {
    JsonNode reader = pair.required("reader");
    JsonNode writer = pair.required("writer");
    ObjectNode answer = JSON.createObjectNode();
    try {
      SchemaCompatibilityResult result =
          SchemaCompatibility.checkReaderWriterCompatibility(parse(reader), parse(writer)).getResult();
      var kinds = answer.putArray("kinds");
      for (Incompatibility found : result.getIncompatibilities()) {
        kinds.add(found.getType().name());
      }
      if (pair.path("explain").asBoolean()) {
        var reasons = answer.putArray("reasons");
        for (Incompatibility found : result.getIncompatibilities()) {
          reasons
              .addObject()
              .put("kind", found.getType().name())
              .put("location", found.getLocation())
              .put("message", found.getMessage());
        }
      }
      return answer;
    } catch (RuntimeException | StackOverflowError refusal) {
      // Avro has an exception of its own for an invalid schema, and throws others too, as for an undefined name.
      return JSON.createObjectNode().put("refused", String.valueOf(refusal));
    }
  }

  /** A parser of its own for each schema: one parser would let the second refer to the names of the first. */
  private static Schema parse(JsonNode schema) throws IOException {
    return new Schema.Parser().parse(JSON.writeValueAsString(schema));
  }
}
