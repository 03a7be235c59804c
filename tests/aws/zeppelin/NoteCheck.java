// Reads notes as Zeppelin does, and says of each paragraph: its note's id, interpreter, its properties, its text in base64.
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.Base64;
import org.apache.zeppelin.notebook.*;

public class NoteCheck {
  public static void main(String[] files) throws Exception {
    for (String file : files) {
      Note note = Note.fromJson(null, Files.readString(Path.of(file)));
      for (Paragraph paragraph : note.getParagraphs()) {
        paragraph.parseText();
        byte[] text = paragraph.getScriptText().getBytes(StandardCharsets.UTF_8);
        System.out.println(String.join("\t", "NOTE", note.getId(), paragraph.getIntpText(),
            paragraph.getLocalProperties().toString(), Base64.getEncoder().encodeToString(text)));
      }
    }
  }
}
