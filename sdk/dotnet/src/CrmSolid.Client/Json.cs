using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CrmSolid.Client;

/// <summary>Reads answers and writes bodies, without reflection: all their types stand in <see cref="JsonContext"/>.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Options = MakeOptions();

    /// <summary>
    /// Reads an answer. Throws a <see cref="CrmSolidException"/> if it is not what the API documents.
    /// </summary>
    public static T Read<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, TypeInfo<T>.Value)
                ?? throw new CrmSolidException($"expected a {typeof(T).Name}, but the server answered null");
        }
        catch (JsonException error)
        {
            throw new CrmSolidException(
                $"the answer is not a {typeof(T).Name}: {error.Message} Check the base URL, and update this package.",
                error);
        }
    }

    /// <summary>Writes a body.</summary>
    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, TypeInfo<T>.Value);

    /// <summary>Writes JSON that is a part of something else.</summary>
    public static string WriteText<T>(T value) => JsonSerializer.Serialize(value, TypeInfo<T>.Value);

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // bodies are sent as JSON, never put into HTML
            TypeInfoResolver = new JsonContext(),
        };
        foreach (JsonConverter pages in JsonContext.PageConverters)
        {
            options.Converters.Add(pages);
        }
        return options;
    }

    private static class TypeInfo<T>
    {
        public static readonly JsonTypeInfo<T> Value = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
    }
}
