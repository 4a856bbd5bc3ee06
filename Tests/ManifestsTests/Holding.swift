import Foundation

extension String {
    /// `contains` by bytes: by characters it takes a minute for the files of one stack.
    func holds(_ text: String) -> Bool { Data(utf8).range(of: Data(text.utf8)) != nil }
}
