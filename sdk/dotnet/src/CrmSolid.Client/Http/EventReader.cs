using System.Text;
using System.Text.Json;

namespace CrmSolid.Client.Http;

/// <summary>Reads events, of which one that does not fit must not hide the others.</summary>
internal static class EventReader
{
    /// <summary>Throws an <see cref="UnreadableEventException"/> if the JSON does not fit.</summary>
    public static T Read<T>(ReadOnlySpan<byte> json)
        where T : WebhookEvent
    {
        try
        {
            T read = Json.Read<T>(json);
            return string.IsNullOrEmpty(read.Id) || string.IsNullOrEmpty(read.Type.Value)
                ? throw new JsonException("it has no id or no type")
                : read;
        }
        catch (Exception error)
        {
            var (id, type) = Identity(json);
            throw new UnreadableEventException(id, type, Encoding.UTF8.GetString(json), error);
        }
    }

    /// <summary>The id and the type, as far as they can be read.</summary>
    public static (string? Id, string? Type) Identity(ReadOnlySpan<byte> json)
    {
        string? id = null;
        string? type = null;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isId = reader.ValueTextEquals("id"u8);
                bool isType = reader.ValueTextEquals("event"u8);
                reader.Read();
                string? text = reader.TokenType == JsonTokenType.String && (isId || isType) ? reader.GetString() : null;
                id = isId ? text : id;
                type = isType ? text : type;
                reader.Skip();
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Cut off or no JSON: what was read before it stays.
        }
        return (id, type);
    }

    /// <summary>
    /// The rows of a page, each as it came; none if it has no list. Throws a <see cref="JsonException"/> if it is no page.
    /// </summary>
    public static EventRows ReadRows(Answer answer)
    {
        ReadOnlyMemory<byte> page = answer.Body;
        var reader = new Utf8JsonReader(page.Span);
        List<byte[]> rows = [];
        string? next = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("it is no object");
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isData = reader.ValueTextEquals("data"u8);
            bool isNext = reader.ValueTextEquals("next_cursor"u8);
            reader.Read();
            if (isData && reader.TokenType != JsonTokenType.Null)
            {
                if (reader.TokenType != JsonTokenType.StartArray)
                {
                    throw new JsonException("its data are no list");
                }
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    int start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    rows.Add(page[start..(int)reader.BytesConsumed].ToArray());
                }
                continue;
            }
            next = isNext && reader.TokenType == JsonTokenType.String ? reader.GetString() : next;
            reader.Skip();
        }
        return new(rows, next, answer.Info);
    }
}

/// <summary>The rows of a page of events, and where the next page begins.</summary>
internal sealed record EventRows(List<byte[]> Rows, string? NextCursor, ResponseInfo Info)
{
    public bool IsLast => Rows.Count == 0 || NextCursor is null;
}
